package dev.tollgate.customers.people;

import java.util.List;
import java.util.Locale;

/**
 * Where somebody signs in from.
 *
 * @param address the IP address, to be shown to the person
 * @param network what strangers are counted by: the address, or half of an IPv6 address
 * @param wideNetwork the /24 or /48 that the address belongs to
 * @param agent the browser in its own words
 * @param knownBrowsers the cookies of a browser that somebody has signed in with before
 */
public record Visit(String address, String network, String wideNetwork, String agent, List<String> knownBrowsers) {

    private static final int AGENT_CHARS_MAX = 200;

    public Visit {
        knownBrowsers = List.copyOf(knownBrowsers);
        agent = agent.length() <= AGENT_CHARS_MAX ? agent : agent.substring(0, AGENT_CHARS_MAX);
    }

    static String login(String typed) {
        return typed.strip().toLowerCase(Locale.ROOT);
    }
}
