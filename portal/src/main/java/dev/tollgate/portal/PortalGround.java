package dev.tollgate.portal;

import dev.tollgate.base.config.CurrentSettings;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.loops.Opened;
import dev.tollgate.models.Catalogue;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.Consumer;

/**
 * The parts that every module is made from.
 *
 * @param current the settings that can change while the program runs
 * @param opened takes what a module opens, to be closed in the opposite order
 * @param version of the release; empty outside of one
 */
public record PortalGround(
        Settings settings,
        CurrentSettings current,
        Catalogue catalogue,
        InstantSource clock,
        SecureRandom random,
        Opened opened,
        String version) {

    /** Returns what was opened, once it is noted how it is closed. */
    public <T> T open(T part, Consumer<T> closing) {
        return opened.add(part, closing);
    }
}
