package dev.tollgate.cli;

import dev.tollgate.config.Settings;

/** What the command line sets in motion; the root supplies it. */
public interface Actions {

    /**
     * Serves until the process is told to stop.
     *
     * @return the exit code
     * @throws Refused where it cannot start, in a sentence
     */
    int serve(Settings settings) throws Refused;

    /**
     * Opens the store itself, for a command while no server runs.
     *
     * @throws Refused where the data folder is in use or cannot be read, in a sentence
     */
    Administration open(Settings settings) throws Refused;
}
