package dev.tollgate.customers.people;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The origin of a sign-in.
 *
 * @param address the IP address, to be shown to the person
 * @param network the unit of rate limits for visitors: the address, or half of an IPv6 address
 * @param wideNetwork the /24 or /48 that the address belongs to
 * @param agent the browser's user agent
 * @param knownBrowsers the cookies that recognise a browser with an earlier sign-in
 * @param language the tag of the page's language; null for none
 */
public record Visit(
        String address,
        String network,
        String wideNetwork,
        String agent,
        List<String> knownBrowsers,
        @Nullable String language) {

    private static final int AGENT_CHARS_MAX = 200;

    public Visit {
        knownBrowsers = List.copyOf(knownBrowsers);
        agent = agent.length() <= AGENT_CHARS_MAX ? agent : agent.substring(0, AGENT_CHARS_MAX);
    }

    public static String login(String typed) {
        return typed.strip().toLowerCase(Locale.ROOT);
    }
}
