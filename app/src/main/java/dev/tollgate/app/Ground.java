package dev.tollgate.app;

import dev.tollgate.base.config.CurrentSettings;
import dev.tollgate.base.config.ServerSettings;
import dev.tollgate.base.config.Settings;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.CatalogueLoader;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.Consumer;

/**
 * The parts that every module is made from.
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
        Path models = settings.find(ServerSettings.MODELS_FILE);
        Catalogue catalogue = models == null ? CatalogueLoader.builtIn() : CatalogueLoader.load(models);
        return new Ground(
                settings, new CurrentSettings(settings.chosen()), catalogue, surroundings, new SecureRandom(), opened);
    }

    /** Returns what was opened, once it is noted how it is closed. */
    <T> T open(T part, Consumer<T> closing) {
        return opened.add(part, closing);
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
