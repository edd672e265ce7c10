"""The open structure of consultation: forums at the operational and the policy level."""
