package dev.tollgate.upstreams.pool;

import java.util.Set;

/** A kind of channel that an operator can name in the channels file: all that is particular to it stands in one package. */
public interface Provider {

    /** The word after {@code kind:}. */
    String kind();

    /** Keys of its own, beside those that every channel has. */
    Set<String> keys();

    /** Whether a channel that names no models serves the whole catalogue under the catalogue's upstream names. */
    boolean servesCatalogue();

    /**
     * Reads what a channel of this kind needs, and checks all of it.
     *
     * @throws dev.tollgate.base.config.ConfigException naming line, key and what is allowed
     */
    Opening read(ChannelEntry entry);
}
