# /// script
# dependencies = ["numpy", "pandas"]
# ///
"""Live sine: a wave as a table. It draws nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import loom

if TYPE_CHECKING:
    import pandas as pd


@loom.node(title="Sine wave", keywords=["oscillation", "sound", "signal", "sin"])
def sine_wave(
    times: list[float],
    amplitude: Annotated[float, loom.Slider(0, 5, step=0.1)] = 2.0,
    frequency: Annotated[float, loom.Slider(0.1, 10, step=0.1)] = 1.5,
    phase: Annotated[float, loom.Slider(-180, 180, step=5)] = 0.0,
) -> pd.DataFrame:
    """Compute a sine wave at some times.

    The table has two columns: time and wave.

    Args:
        times: When to look at the wave, in seconds.
        amplitude: How far it goes up and down.
        frequency: How often it goes up and down in a second.
        phase: How far it is ahead at time 0, in degrees.

    Example:
        amplitude 2, frequency 1, phase 90 at the times 0 and 0.5 gives 2 and -2.
    """
    import numpy as np
    import pandas as pd

    seconds = np.asarray(times, dtype=float)
    wave = amplitude * np.sin(2 * np.pi * frequency * seconds + np.radians(phase))
    return pd.DataFrame({"time": seconds, "wave": wave})
