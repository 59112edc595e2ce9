"""Settings of the research agent."""

from pathlib import Path

from pydantic import BaseModel, Field, SecretStr

from meshkit.config import ServiceSettings


class WebSettings(BaseModel):
    """What helps where a plain fetch does not."""

    chromium: str = ""
    """Path of an installed Chromium, for pages that hold no posts without a browser; needs the
    extra `browser`. It takes some hundred MB while it runs. Empty: nothing is rendered."""
    chromium_sandbox: bool = True
    """Whether Chromium locks its own processes in. Off where that is forbidden, as to root, and
    something else does so."""
    firecrawl_url: str = "https://api.firecrawl.dev"
    """Where Firecrawl's API is; your own where you run one."""
    search_url: str = "https://www.googleapis.com/customsearch/v1"
    """Where Google's Custom Search JSON API is."""


class KnowledgeSettings(BaseModel):
    """Where the tenants' documents are, and how many."""

    dir: Path = Path(".mesh/knowledge")
    """Directory of the tenants' documents, one SQLite file each; made when it is needed. All
    research agents share it, so they run on one machine and it is on a local disk."""
    url: SecretStr = SecretStr("")
    """PostgreSQL with pgvector that keeps the documents instead, so that research agents may run on
    several machines: `postgresql://user:password@host:port/database`. Secret for its password."""
    chunks_per_tenant: int = Field(default=50_000, ge=1, le=1_000_000)
    """Chunks (512 tokens each) of all documents of a tenant together."""


class ResearchSettings(ServiceSettings):
    """What the research agent needs to know, besides what every service does."""

    knowledge: KnowledgeSettings = KnowledgeSettings()
    """Where the tenants' documents are, and how many."""
    web: WebSettings = WebSettings()
    """What helps where a plain fetch does not."""
    google_api_key: SecretStr = Field(default=SecretStr(""), validation_alias="GOOGLE_API_KEY")
    """Key of Google's Custom Search JSON API: finds a competitor's site when none of the addresses
    given can be read. Empty: nothing is searched."""
    google_cse_id: str = Field(default="", validation_alias="GOOGLE_CSE_ID")
    """The Programmable Search Engine to ask (its `cx`)."""
    firecrawl_api_key: SecretStr = Field(
        default=SecretStr(""), validation_alias="FIRECRAWL_API_KEY"
    )
    """Key of Firecrawl: gets pages that hold no posts without a browser. Firecrawl then asks the
    site by its own rules, after ours have allowed it. Empty: it is not used."""
