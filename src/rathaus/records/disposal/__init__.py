"""Legal hold, what is due, offer, appraisal, transfer, destruction with protocol."""
