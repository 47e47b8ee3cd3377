package dev.sluice.engine.pytorch;

/**
 * A module that libtorch has loaded.
 *
 * @param handle libtorch's
 * @param forward the method that requests run
 * @param threads how many threads its operations use, that of the caller among them
 */
record LoadedModule(long handle, Forward forward, int threads) {}
