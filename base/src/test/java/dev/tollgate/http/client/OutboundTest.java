package dev.tollgate.http.client;

import static dev.tollgate.testing.Asserts.assertThat;

import io.vertx.core.Vertx;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which hosts are reached through the proxy. */
class OutboundTest {

    private static final Vertx VERTX = Vertx.vertx();

    @AfterAll
    static void stop() {
        VERTX.close().await();
    }

    private static boolean isProxied(String host, String... direct) {
        return new Outbound(VERTX, Outbound.proxy("proxy.test", 3128, null), List.of(direct)).proxyTo(host) != null;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST.",
                "a.localhost",
                "127.0.0.1",
                "127.9.8.7",
                "::1",
                "0.0.0.0",
                "::",
                "127.1"
            })
    void this_machine_is_never_reached_through_the_proxy(String host) {
        assertThat(isProxied(host)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "example.org, example.org, false",
        "example.org, API.Example.ORG., false",
        ".example.org, api.example.org, false",
        "*.example.org, a.b.example.org, false",
        "example.org, example.org.test, true",
        "example.org, anexample.org, true",
        "10.0.0.0/8, 10.1.2.3, false",
        "10.0.0.0/8, 11.1.2.3, true",
        "10.1.2.3, 10.1.2.3, false",
        "10.1.2.3, 10.1.2.4, true",
        "fd00::/8, fd00::1, false",
        "fd00::/8, fe00::1, true",
        "10.0.0.0/8, fd00::1, true",
        "3, 10.1.2.3, true",
        "*, anything.test, false",
        "localhost.example, localhost.test, true",
    })
    void names_addresses_and_ranges_are_reached_without_the_proxy(String rule, String host, boolean isProxied) {
        assertThat(isProxied(host, "other.test", rule)).isEqualTo(isProxied);
    }
}
