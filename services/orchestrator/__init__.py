"""The orchestrator: takes tasks off the queue and runs their jobs on the agents."""
