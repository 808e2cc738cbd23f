package dev.tollgate.upstreams.pool;

import java.util.Set;

/** A kind of channel that an operator can name in the channels file. Everything specific to it is in one package. */
public interface Provider {

    /** Returns the value of {@code kind:}. */
    String kind();

    /** Returns the keys of this kind, in addition to {@link ChannelEntry#KEYS}. */
    Set<String> keys();

    /** Returns whether a channel that names no models serves the whole catalogue under the catalogue's upstream names. */
    boolean servesCatalogue();

    /** Returns whether a channel that does not say it itself grants the service tier flex for all of its models. */
    default boolean grantsFlex() {
        return false;
    }

    /** Returns the most functions that a call may declare on a channel that does not say it itself. */
    default int functionsMax() {
        return ChannelSpec.FUNCTIONS_MAX;
    }

    /**
     * Reads and checks the definition of a channel of this kind.
     *
     * @throws dev.tollgate.base.config.ConfigException naming line, key and the allowed values
     */
    Opening read(ChannelEntry entry);
}
