"""What is said about an invite before it is accepted."""

BEFORE_ACCEPTING = (
    "Accountability partners each choose what to show the other; at first that is nothing, and "
    "nobody has to show anything. When you look at what your partner shows you, that is recorded "
    "by day and kind, and your partner can see it. Either of you can end this at any time."
)
