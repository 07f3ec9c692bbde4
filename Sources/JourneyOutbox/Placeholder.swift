enum PlaceholderJourneyOutbox {}
