"""The scopes a token may hold: Omneo's vocabulary (omneo-reference 1.2) and our own (api.md 1), as the token's form groups them."""

EVERYTHING = "*"

# Title of the group, then each scope with what it opens. In the order in which the form shows them.
GROUPS: dict[str, dict[str, str]] = {
    "Everything": {
        EVERYTHING: "All of the below and all that is to come. For trusted systems of your own.",
    },
    "Customers": {
        "CRUD-profiles": "Find, read, add, change, merge and delete customers, with addresses, attributes and achievements. Also to get tokens with which apps speak for one of them.",
        "read-identities": "Find customers by their number in another system, such as a card.",
        "CRUD-interactions": "Read and write contacts with customers that were not a sale.",
        "read-tags": "List tags.",
        "create-tags": "Add tags.",
        "delete-tags": "Delete tags, also from the customers that carry them.",
        "read-imports": "Read the progress and results of imports.",
        "create-imports": "Upload files of customers; of purchases with CRUD-transactions as well.",
        "delete-imports": "Cancel and delete imports.",
    },
    "Segments": {
        "CRUD-segments": "Save groups of customers by condition, and ask whom a condition finds.",
    },
    "Benefits": {
        "CRUD-benefit-definitions": "Set up what customers can get, and give it to many at once.",
        "read-benefits": "Read what customers hold.",
        "create-benefits": "Give, extend and change benefits.",
        "claim-benefits": "Claim benefits in the name of customers.",
        "redeem-benefits": "Use up benefits at the till.",
        "delete-benefits": "Revoke and delete benefits.",
        "read-redemptions": "Read what was used, when and where.",
        "return": "Give used benefits back: reversals and returns.",
    },
    "Achievements": {
        "read-achievement-definitions": "Read which goals customers can climb.",
        "create-achievement-definitions": "Set up new ones.",
        "update-achievement-definitions": "Change, retire and recount them.",
        "delete-achievement-definitions": "Delete those that nobody climbed.",
    },
    "Purchases": {
        "CRUD-transactions": "Record, read, change and delete sales and returns.",
        "create-transaction-claims": "Claim receipts in the name of customers.",
        "read-transaction-claims": "Read which receipts customers say are theirs.",
        "CRUD-products": "Read, add, change and delete products, their variants and brands.",
        "read-systems": "List the systems that sales come from.",
        "create-systems": "Add systems.",
        "delete-systems": "Delete systems, also from the sales that came from them.",
    },
    "Tiers": {
        "CRUD-tier-definitions": "Set up the tiers that customers can reach.",
        "CRUD-tier-points": "Give customers a tier by hand.",
    },
    "Earning": {
        "CRUD-programs": "Set up loyalty programmes: what points are, when they can be used and when they end.",
        "CRUD-earning-rules": "Set up the rules by which customers earn, and badges.",
        "CRUD-point-definitions": "Set up kinds of points that integrations give.",
        "CRUD-points": "Read, give, spend, transfer and put right customers' points.",
        "CRUD-reward-definitions": "Set up rewards, and what customers can have for points.",
        "CRUD-rewards": "Read, give, extend, put right and take back customers' rewards, and order from the catalogue for them.",
        "redeem-strategy": "Let customers pay with rewards and points.",
        "read-ledgers": "Read customers' accounts, entry by entry.",
        "simulate": "Ask what a basket, an event or a coupon would earn a customer. Nothing is written.",
        "approve-awards": "Approve and reject awards and adjustments that wait for somebody.",
    },
    "Automation": {
        "CRUD-reactions": "Set up what is done for customers by itself, when something happens or when it is time, and read what was done.",
        "CRUD-webhooks": "Set up which systems are told of which events, and send deliveries again.",
        "CRUD-targets": "Set up where messages about customers go, and what they say.",
        "read-action-history": "Read what was sent to webhooks and targets, with what it says about customers.",
    },
    "Places": {
        "CRUD-locations": "Read, add, change and delete shops and other locations.",
    },
    "Administration": {
        "CRUD-users": "Users, their roles and everybody's tokens. Whoever holds it can make an administrator.",
        "read-roles": "Read the roles.",
        "read-permissions": "Read the four permissions that roles are told in.",
        "read-settings": "Read the programme's settings, such as its currency.",
        "update-settings": "Change the programme's settings.",
        "read-audits": "Read who changed what, about all customers.",
    },
}

# Accepted because Omneo's clients ask for them. No address of this server asks for them yet.
DORMANT = [
    "CRUD-currencies",
    "CRUD-custom-products",
    "CRUD-product-lists",
    "CRUD-product-options",
    "CRUD-ratings",
    "CRUD-statuses",
    "view-statuses",
    "CRUD-tenants",
    "create-allocations",
    "read-allocations",
    "CRUD-list-definitions",
    "read-product-list-reservations",
    "update-product-list-reservations",
    "CRUD-rate",
    "CRUD-region",
    "CRUD-orders",
    "CRUD-connection-definitions",
    "CRUD-connections",
]

SCOPES = [*(scope for group in GROUPS.values() for scope in group), *DORMANT]
