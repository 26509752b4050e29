"""What earns: purchases, events, referrals, permissions, postings, coupons. Each is heard here, in the transaction of its verb."""
