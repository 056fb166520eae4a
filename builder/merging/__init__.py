"""Names that mean the same: which topics, and which key points of a topic, become one.

What the stages `topics` and `key_points` are built of: words of a name (topic_names), similarity of two topics
(topic_similarity), the threshold from labelled pairs (calibration, data/), linkage on a full matrix (clustering) or
on a neighbour graph (neighbour_graph), both with the rules for topics (topic_clusters), a person's overrides, and
the merge report.
"""
