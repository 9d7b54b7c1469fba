"""What is said about a group before somebody joins it."""

BEFORE_JOINING = (
    "In a group you go by an alias that you choose for it; nobody there sees your account or "
    "handle. Whether other members find you in the list is your choice. Those who run the group "
    "see all aliases. You can leave at any time; your alias is deleted then."
)
