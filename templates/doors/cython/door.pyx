# cython: language_level=3, binding=False, auto_pickle=False, emit_code_comments=False, embedsignature=False
"""The door between Python and compiled networks: binds their arrays and numbers by name, drives their steps.

It is compiled once, and then serves all networks, each with a library of kernels and lists of its names.
"""

cdef extern from "Python.h":  # declared here: to read the files that `cimport` asks for takes a fifth of the translation
    int PyErr_CheckSignals() except -1
    void* PyMem_Calloc(size_t, size_t)
    void PyMem_Free(void*)

cdef extern from "<time.h>" nogil:
    int CLOCK_MONOTONIC
    struct timespec:
        long tv_sec
        long tv_nsec
    int clock_gettime(int, timespec*)

cdef extern from "<dlfcn.h>" nogil:
    int RTLD_NOW
    int RTLD_LOCAL
    void* dlopen(const char*, int)
    void* dlsym(void*, const char*)
    char* dlerror()
    int dlclose(void*)

ctypedef long long int64
ctypedef int64 (*Run)(void**, const double*, const int64*, int64*, const int64*, const volatile int*, int64, void*) noexcept nogil
ctypedef int64 (*Part)(void**, const double*, const int64*, int64*, const int64*, int64, int64, void*) noexcept nogil
ctypedef void* (*Gather)(int64, int64) noexcept nogil
ctypedef void* (*Load)(const void*, int64) noexcept nogil
ctypedef void (*Tell)(void*) noexcept nogil

REASONS = ("done", "full", "stopped", "paused", "out of memory")
cdef int PAUSED = 3
cdef double SLICE = 0.05  # seconds of work between two looks at Python's signals


cdef double now() noexcept nogil:
    cdef timespec time
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec + 1e-9 * time.tv_nsec


cdef class Network:
    """One compiled network, and the addresses of the memory that it was last run on."""
    cdef void* library
    cdef Run function
    cdef Part part
    cdef void* crew  # threads, NULL for one; or what the bytecode machine has made of a code
    cdef void** arrays
    cdef double* reals
    cdef int64* ints
    cdef int64* steps
    cdef int64* ends
    cdef volatile int stopping
    cdef list held
    cdef tuple names  # of the arrays, each with its type, and whether it tells where synapses lead
    cdef tuple numbers  # ... of all reals: those of the network, and those that follow from them
    cdef tuple counts  # ... of all ints
    cdef tuple clocks
    cdef double rate  # steps per second

    def __cinit__(self, bytes path, tuple names, int64 threads, int64 always, bytes code=b""):
        self.names, self.numbers, self.counts, self.clocks = names
        self.library = dlopen(path, RTLD_NOW | RTLD_LOCAL)
        if self.library == NULL:
            raise OSError(dlerror().decode())
        self.function = <Run>self.found(b"eqsim_run")
        self.part = <Part>self.found(b"eqsim_part")
        if threads > 1:
            self.crew = (<Gather>self.found(b"eqsim_crew"))(threads, always)
        if code:
            self.crew = (<Load>self.found(b"eqsim_load"))(<const char*>code, len(code) // 8)
            if self.crew == NULL:
                raise MemoryError()
        self.arrays = <void**>PyMem_Calloc(len(self.names) + 1, sizeof(void*))
        self.reals = <double*>PyMem_Calloc(len(self.numbers) + 1, sizeof(double))
        self.ints = <int64*>PyMem_Calloc(len(self.counts) + 1, sizeof(int64))
        self.steps = <int64*>PyMem_Calloc(len(self.clocks) + 1, sizeof(int64))
        self.ends = <int64*>PyMem_Calloc(len(self.clocks) + 1, sizeof(int64))
        if not (self.arrays and self.reals and self.ints and self.steps and self.ends):
            raise MemoryError()
        self.held = [None] * len(self.names)
        self.rate = 1e4

    def __dealloc__(self):
        PyMem_Free(self.arrays)
        PyMem_Free(self.reals)
        PyMem_Free(self.ints)
        PyMem_Free(self.steps)
        PyMem_Free(self.ends)
        if self.crew != NULL:
            (<Tell>dlsym(self.library, b"eqsim_disband"))(self.crew)
        if self.library != NULL:
            dlclose(self.library)

    cdef void* found(self, const char* name) except NULL:
        cdef void* place = dlsym(self.library, name)
        if place == NULL:
            raise OSError(dlerror().decode())
        return place

    def stop(self):
        """Ask the run in progress to return after its current step."""
        self.stopping = 1

    def run(self, dict arrays, dict reals, dict ints, dict steps, dict ends, int64 most):
        """Advance the clocks to their ends, or at most `most` steps; give the reason why it returned."""
        cdef int64 status = PAUSED, budget
        cdef double begun
        self.bind(arrays, reals, ints, steps, ends)
        try:
            while status == PAUSED and most > 0:
                budget = min(most, 1 + <int64>(self.rate * SLICE))
                with nogil:
                    begun = now()
                    status = self.function(self.arrays, self.reals, self.ints, self.steps, self.ends, &self.stopping, budget, self.crew)
                    begun = now() - begun
                if status == PAUSED:
                    most -= budget
                    self.rate = min(4 * self.rate, max(1.0, budget / max(begun, 1e-9)))
                    PyErr_CheckSignals()
        finally:
            self.stopping = 0
            for at, name in enumerate(self.clocks):
                steps[name] = self.steps[<int>at]
        return REASONS[status]

    def run_part(self, dict arrays, dict reals, dict ints, dict steps, int64 first, int64 last, active, list seconds):
        """Run kernels `first` to `last - 1` of one step; `active`: for each clock, does it tick?

        If `seconds` is given, kernels run one by one, and the time of each is added there.
        """
        cdef int64 status = 0, at_kernel
        cdef double begun
        self.bind(arrays, reals, ints, steps, steps)
        for at, ticks in enumerate(active):
            self.ends[<int>at] = ticks
        if seconds is None:
            with nogil:
                status = self.part(self.arrays, self.reals, self.ints, self.steps, self.ends, first, last, self.crew)
            return REASONS[status]
        for at_kernel in range(first, last):
            begun = now()
            status = max(status, self.part(self.arrays, self.reals, self.ints, self.steps, self.ends, at_kernel, at_kernel + 1, self.crew))
            seconds[at_kernel] += now() - begun
        return REASONS[status]

    cdef bind(self, dict arrays, dict reals, dict ints, dict steps, dict ends):
        cdef int at = 0
        cdef bint moved = False
        for name, dtype, of_route in self.names:
            array = arrays[name]
            if array is not self.held[at]:
                self.arrays[at] = <void*><size_t>address(name, dtype, array)
                self.held[at] = array
                moved = moved or of_route
            at += 1
        if moved and self.crew != NULL:  # synapses must be dealt out to the threads again
            (<Tell>dlsym(self.library, b"eqsim_forget"))(self.crew)
        at = 0
        for name in self.numbers:
            self.reals[at] = reals[name]
            at += 1
        at = 0
        for name in self.counts:
            self.ints[at] = ints[name]
            at += 1
        at = 0
        for name in self.clocks:
            self.steps[at] = steps[name]
            self.ends[at] = ends[name]
            at += 1


def address(name, dtype, array):
    """Where the memory of an array begins; it must be contiguous, writeable and of the stated dtype."""
    face = array.__array_interface__
    if face["typestr"] != dtype or face["strides"] is not None or face["data"][1]:
        raise TypeError(f"array {name!r} must be contiguous, writeable and of type {dtype}, not {array.dtype}")
    return face["data"][0]
