"""The reporter agent: explains a skill to people, in words and charts."""
