package dev.tollgate.pages.dashboard.settings;

import static dev.tollgate.base.words.Words.say;

import java.util.LinkedHashMap;
import java.util.Map;

/** A browser's name for people, from the user agent that it sends. Pure. */
public final class BrowserWords {

    /** A product of the user agent, and its name; the more special first, since browsers name their ancestors, too. */
    private static final Map<String, String> BROWSERS =
            ordered("Edg=Edge, OPR/=Opera, Firefox/=Firefox, Chrome/=Chrome, CriOS/=Chrome, Safari/=Safari");

    private static final Map<String, String> SYSTEMS = ordered(
            "iPhone=iOS, iPad=iOS, Android=Android," + " Windows=Windows, CrOS=ChromeOS, Mac OS X=macOS, Linux=Linux");

    private BrowserWords() {}

    private static Map<String, String> ordered(String pairs) {
        Map<String, String> map = new LinkedHashMap<>();
        for (String pair : pairs.split(", ")) {
            map.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
        }
        return map;
    }

    /** Returns for example {@code Chrome on Linux}; a user agent that names no known browser as it is. */
    public static String of(String agent) {
        String browser = first(BROWSERS, agent);
        String system = first(SYSTEMS, agent);
        return browser.isEmpty() ? agent : system.isEmpty() ? browser : say("{browser} on {system}", browser, system);
    }

    private static String first(Map<String, String> names, String agent) {
        return names.entrySet().stream()
                .filter(name -> agent.contains(name.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("");
    }
}
