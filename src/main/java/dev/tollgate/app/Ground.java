package dev.tollgate.app;

import dev.tollgate.base.config.CurrentSettings;
import dev.tollgate.base.config.Settings;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.CatalogueLoader;
import java.security.SecureRandom;
import java.time.InstantSource;

/**
 * What every module is made from.
 *
 * @param current the settings that can change while the program runs
 * @param opened takes what a module opens, to be closed in the opposite order
 */
record Ground(
        Settings settings,
        CurrentSettings current,
        Catalogue catalogue,
        Surroundings surroundings,
        SecureRandom random,
        Opened opened) {

    static Ground of(Settings settings, Surroundings surroundings, Opened opened) {
        Catalogue catalogue =
                settings.modelsFile() == null ? CatalogueLoader.builtIn() : CatalogueLoader.load(settings.modelsFile());
        return new Ground(
                settings, new CurrentSettings(settings.chosen()), catalogue, surroundings, new SecureRandom(), opened);
    }

    InstantSource clock() {
        return surroundings.clock();
    }

    /** Returns the version of the release; empty outside of one. */
    static String version() {
        String version = Ground.class.getPackage().getImplementationVersion();
        return version == null ? "" : version;
    }
}
