"""What a person looks at: plots, tables and one HTML page of a run's records, from topics to what is published."""
