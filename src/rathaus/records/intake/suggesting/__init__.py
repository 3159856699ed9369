"""Where an item could be filed: references, separator sheets, rules, likeness. A person decides."""
