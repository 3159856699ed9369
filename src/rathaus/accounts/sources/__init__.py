"""Identity sources: other account systems that vouch for a person. One folder each."""
