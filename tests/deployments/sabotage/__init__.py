"""Everything that is broken to see the self-test notice it: outside Slipway, and put right again.

For each check one fault is there in which nothing else fails.
"""

from tests.deployments.sabotage import engine, harbor, names, prism, proxy

FAULTS = (*prism.FAULTS, *engine.FAULTS, *proxy.FAULTS, *harbor.FAULTS, *names.FAULTS)
# One each of Prism, proxy and Harbor, quick enough for every test run.
REPRESENTATIVE = (prism.FAULTS[0], proxy.FAULTS[0], harbor.FAULTS[1])
