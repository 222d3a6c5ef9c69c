"""What davgate needs to know about a Django site, a part in each module. Imported before the site is set up."""
