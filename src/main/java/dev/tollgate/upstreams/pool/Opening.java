package dev.tollgate.upstreams.pool;

/**
 * Everything that makes a channel, checked: what a provider has read of the operator's file. Equal ones, secrets included, open the same
 * channel, so that reading the file again leaves what has not changed as it is. Its {@code toString} shows no secret.
 */
@FunctionalInterface
public interface Opening {

    /** Opens it; what could go wrong was found when it was read. */
    Channel open();
}
