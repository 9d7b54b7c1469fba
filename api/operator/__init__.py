"""The pages of the operator, under /admin/: reports, who looked at them, and who operates.

Operators are Django's users and sign in here alone; members are not and never can. No other data of
members is to be seen here.
"""
