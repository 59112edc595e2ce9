"""What the product does, one module a job: contracts and patterns, no transport, no Redis."""

from collections.abc import Mapping
from typing import Final

from jobs import analyze_brand_voice, competitive_analysis, generate_skill, refine_content
from jobs.job import Job

JOBS: Final[Mapping[str, Job]] = {
    job.name: job
    for job in (
        generate_skill.JOB,
        analyze_brand_voice.JOB,
        refine_content.JOB,
        competitive_analysis.JOB,
    )
}
"""Every job by its name, which is also its REST path."""
