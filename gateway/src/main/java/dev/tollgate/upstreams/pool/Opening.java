package dev.tollgate.upstreams.pool;

/**
 * A checked definition of a channel, as a provider read it from the channels file. Equal definitions, secrets included, open the same
 * channel, so a second reading leaves unchanged channels alone. Its {@code toString} shows no secret.
 */
@FunctionalInterface
public interface Opening {

    /** Opens the channel; every fault that can be found without a connection was found when the file was read. */
    Channel open();
}
