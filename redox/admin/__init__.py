"""EHR pages for staff. Importing registers them."""
