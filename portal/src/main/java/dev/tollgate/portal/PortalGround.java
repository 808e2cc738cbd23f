package dev.tollgate.portal;

import dev.tollgate.base.config.ConfigException;
import dev.tollgate.base.config.CurrentSettings;
import dev.tollgate.base.config.PageSettings;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.loops.Opened;
import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Languages;
import dev.tollgate.models.Catalogue;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;

/**
 * The parts that every module is made from.
 *
 * @param current the settings that can change while the program runs
 * @param opened takes what a module opens, to be closed in the opposite order
 * @param version of the release; empty outside of one
 * @param languages of pages, mails and documents
 */
public record PortalGround(
        Settings settings,
        CurrentSettings current,
        Catalogue catalogue,
        InstantSource clock,
        SecureRandom random,
        Opened opened,
        String version,
        Languages languages) {

    /**
     * Returns the languages that the settings offer.
     *
     * @param complete languages besides English
     * @throws ConfigException if a setting names another
     */
    public static Languages languages(Settings settings, List<Language> complete) {
        String usual = settings.get(PageSettings.LANGUAGE);
        try {
            return Languages.of(complete, settings.list(PageSettings.LANGUAGES), usual);
        } catch (IllegalArgumentException e) {
            throw new ConfigException("pages.languages or pages.language: " + e.getMessage() + ".");
        }
    }

    /** Returns what was opened, once it is noted how it is closed. */
    public <T> T open(T part, Consumer<T> closing) {
        return opened.add(part, closing);
    }
}
