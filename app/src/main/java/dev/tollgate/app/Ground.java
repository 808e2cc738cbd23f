package dev.tollgate.app;

import dev.tollgate.base.config.CurrentSettings;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.loops.Opened;
import dev.tollgate.base.words.Languages;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.portal.PortalGround;
import dev.tollgate.serving.CallGround;
import dev.tollgate.serving.Surroundings;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The parts that every module is made from.
 *
 * @param portal the parts that the portal's modules are made from
 * @param calls those that the gateway's are made from
 */
record Ground(PortalGround portal, CallGround calls) {

    static Ground of(Settings settings, Surroundings surroundings, Opened opened) {
        Catalogue catalogue = CatalogueLoader.of(settings);
        SecureRandom random = new SecureRandom();
        return new Ground(
                new PortalGround(
                        settings,
                        new CurrentSettings(settings.chosen()),
                        catalogue,
                        surroundings.clock(),
                        random,
                        opened,
                        version(),
                        PortalGround.languages(
                                settings,
                                Stream.concat(Languages.complete().stream(), surroundings.languages().stream())
                                        .toList())),
                new CallGround(settings, catalogue, surroundings, random, opened, version()));
    }

    /** Returns what was opened, once it is noted how it is closed. */
    <T> T open(T part, Consumer<T> closing) {
        return portal.open(part, closing);
    }

    Settings settings() {
        return portal.settings();
    }

    /** Returns the settings that can change while the program runs. */
    CurrentSettings current() {
        return portal.current();
    }

    Catalogue catalogue() {
        return portal.catalogue();
    }

    SecureRandom random() {
        return portal.random();
    }

    /** Returns what takes what a module opens, to be closed in the opposite order. */
    Opened opened() {
        return portal.opened();
    }

    Surroundings surroundings() {
        return calls.surroundings();
    }

    InstantSource clock() {
        return portal.clock();
    }

    /** Returns the version of the release; empty outside of one. */
    static String version() {
        String version = Ground.class.getPackage().getImplementationVersion();
        return version == null ? "" : version;
    }
}
