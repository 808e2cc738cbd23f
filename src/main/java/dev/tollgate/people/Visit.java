package dev.tollgate.people;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where somebody signs in from.
 *
 * @param address the IP address, to be shown to the person
 * @param network what strangers are counted by: the address, or half of an IPv6 address
 * @param agent the browser in its own words
 * @param knownBrowser the cookie of a browser that somebody has signed in with before; null where it has none
 */
public record Visit(
        String address,
        String network,
        String agent,
        @Nullable String knownBrowser) {

    private static final int AGENT_CHARS_MAX = 200;

    public Visit {
        agent = agent.length() <= AGENT_CHARS_MAX ? agent : agent.substring(0, AGENT_CHARS_MAX);
    }

    static String login(String typed) {
        return typed.strip().toLowerCase(Locale.ROOT);
    }
}
