enum PlaceholderSpotzeeAPI {}
