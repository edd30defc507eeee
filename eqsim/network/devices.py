"""Devices: what `run` does.  'runtime' simulates at once, in this process; others write a program of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eqsim.errors import did_you_mean
from eqsim.ir.program import Program
from eqsim.network.device import module_for


class Device:
    """What `run` does; the base of all devices.  This one simulates in this process.

    Packages add devices of their own: a subclass in `all_devices`, by its name.
    """

    name = "runtime"
    build_on_run = False

    def activate(self, build_on_run: bool = True, **options: Any) -> None:
        """Called when the device is set; ``options`` are those of `set_device`."""
        if options:
            raise TypeError(f"device '{self.name}' has no option '{next(iter(options))}'")

    def reinit(self) -> None:
        """Forget all runs."""

    def module(self, program: Program) -> Any:
        """What runs a program."""
        return module_for(program)

    def build(self, **options: Any) -> None:
        """Nothing is built: the runs have happened."""
        raise RuntimeError(f"device '{self.name}' builds nothing: runs happen at once; use set_device('cpp_standalone')")

    def __repr__(self) -> str:
        return f"<Device '{self.name}'>"


def _standalone() -> Device:
    from eqsim.network.standalone import StandaloneDevice

    return StandaloneDevice()


def _cuda() -> Device:
    from eqsim.network.cuda import CudaDevice

    return CudaDevice()


all_devices: dict[str, Any] = {"runtime": Device(), "cpp_standalone": _standalone, "cuda_standalone": _cuda}
"""Devices by name; a function makes the device when it is used first."""


class _Choice:
    """The device in force, and those to go back to."""

    current: Device = all_devices["runtime"]
    options: dict[str, Any] = {}
    previous: list[tuple[Device, dict[str, Any]]] = []


def register_device(name: str, make: Callable[[], Device]) -> None:
    """Add a device; ``make`` is called when it is used first."""
    all_devices[name] = make


def get_device(name: str | None = None) -> Device:
    """The device in force, or the one of a name.

    Raises
    ------
    ValueError
        If there is no such device.
    """
    if name is None:
        return _Choice.current
    if name not in all_devices:
        hint = did_you_mean(name, set(all_devices))
        raise ValueError(f"there is no device '{name}'; {hint or 'there are ' + ', '.join(sorted(all_devices))}")
    if not isinstance(all_devices[name], Device):
        all_devices[name] = all_devices[name]()
    return all_devices[name]  # type: ignore[no-any-return]


def set_device(device: str | Device, build_on_run: bool = True, **options: Any) -> None:
    """Say what `run` does.

    Parameters
    ----------
    device : {'runtime', 'cpp_standalone', 'cuda_standalone'} or Device
        'runtime' simulates at once in this process; 'cpp_standalone' writes a C++ project, builds and runs it;
        'cuda_standalone' one for NVIDIA GPUs.
    build_on_run : bool
        Build and run at each `run`; if False, at `device.build()`, or when a value is asked for.
    **options
        Of the device, e.g. ``directory='output'``.

    Raises
    ------
    ValueError
        If there is no such device.
    """
    chosen = get_device(device) if isinstance(device, str) else device
    _Choice.previous.append((_Choice.current, _Choice.options))
    _use(chosen, {"build_on_run": build_on_run, **options})


def _use(device: Device, options: dict[str, Any]) -> None:
    device.activate(**options)
    _Choice.current, _Choice.options = device, options


def reset_device(device: str | Device | None = None) -> None:
    """Go back to the device before `set_device`, with its options; or to a given one."""
    if isinstance(device, str):
        device = get_device(device)
    before, options = _Choice.previous.pop() if _Choice.previous else (get_device("runtime"), {})
    _use(before if device is None else device, options if device in (None, before) else {})


def reinit_devices() -> None:
    """Forget the runs of all devices."""
    for device in all_devices.values():
        if isinstance(device, Device):
            device.reinit()


def reinit_and_delete() -> None:
    """Forget the runs of the device in force, and remove its files."""
    current = _Choice.current
    if hasattr(current, "delete"):
        current.delete(force=True)
    current.reinit()


class CurrentDevice:
    """Stands for the device in force, whichever that is when it is used."""

    def __getattr__(self, name: str) -> Any:
        return getattr(_Choice.current, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(_Choice.current, name, value)

    def __repr__(self) -> str:
        return repr(_Choice.current)


device = CurrentDevice()
