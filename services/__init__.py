"""The processes behind the gateway: the four agents and the orchestrator that runs them."""
