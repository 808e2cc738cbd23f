package dev.tollgate.upstreams.media;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuardTest {

    private static List<InetAddress> judge(AllowedPlaces allowed, String url, String... addresses) throws Exception {
        Resolver resolver =
                host -> List.of(addresses).stream().map(InetAddress::ofLiteral).toList();
        try (Guard guard = new Guard(resolver, allowed)) {
            return guard.judge("acc", MediaUrl.parse(url), new Deadline(Duration.ofSeconds(5)));
        }
    }

    private static void refused(AllowedPlaces allowed, String url, String... addresses) {
        assertThatThrownBy(() -> judge(allowed, url, addresses)).isInstanceOf(MediaRefused.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "8.8.8.8",
                "1.1.1.1",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.0",
                "169.253.255.255",
                "169.255.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "191.255.255.255",
                "192.0.1.0",
                "192.167.255.255",
                "192.169.0.0",
                "198.17.255.255",
                "198.20.0.0",
                "223.255.255.255",
                "2001:4860:4860::8888",
                "2606:4700::1",
                "2a00:1450:4001:80b::200e",
                "2003::1"
            })
    void the_public_net_is_open(String address) throws Exception {
        assertThat(judge(AllowedPlaces.NONE, "https://h.test/", address)).hasSize(1);
        assertThat(judge(AllowedPlaces.NONE, "http://h.test/", address)).hasSize(1);
        refused(AllowedPlaces.NONE, "http://h.test:8080/", address);
    }

    @Test
    void a_rule_opens_what_it_names_on_its_port_alone() throws Exception {
        AllowedPlaces allowed = AllowedPlaces.of(List.of(
                "files.internal",
                "cache.internal:8080",
                "10.1.0.0/16",
                "127.0.0.1:9000",
                "fd00:1::/32",
                "[fd00:2::]:81"));
        assertThat(judge(allowed, "http://files.internal/", "192.168.0.1")).hasSize(1);
        assertThat(judge(allowed, "https://FILES.internal./", "192.168.0.1", "10.9.9.9"))
                .hasSize(2);
        refused(allowed, "http://files.internal:8080/", "192.168.0.1");
        refused(allowed, "http://x.files.internal/", "192.168.0.1");
        refused(allowed, "http://cache.internal/", "192.168.0.1");
        assertThat(judge(allowed, "http://cache.internal:8080/", "192.168.0.1")).hasSize(1);
        assertThat(judge(allowed, "http://any.test/", "10.1.255.1")).hasSize(1);
        refused(allowed, "http://any.test/", "10.2.0.1");
        refused(allowed, "http://any.test/", "10.1.0.1", "10.2.0.1");
        refused(allowed, "http://any.test:9000/", "10.1.0.1");
        assertThat(judge(allowed, "http://0x7f.1:9000/")).hasSize(1);
        refused(allowed, "http://127.0.0.1/");
        refused(allowed, "http://127.0.0.2:9000/");
        assertThat(judge(allowed, "http://[fd00:1::5]/")).hasSize(1);
        refused(allowed, "http://[fd00:3::5]/");
        assertThat(judge(allowed, "http://[fd00:2::]:81/")).hasSize(1);
        refused(allowed, "http://h.test:8080/", "8.8.8.8");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "10.0.0.0/33", "10.0.0", "a b", "*.x", "http://x", "[::1", "10.0.0.1-5", "[x]:80", "x:y"})
    void what_is_no_place_is_no_rule(String rule) {
        assertThatThrownBy(() -> AllowedPlaces.of(List.of(rule))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_name_server_that_does_not_answer_is_given_up() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        Resolver silent = host -> {
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return List.of(InetAddress.ofLiteral("8.8.8.8"));
        };
        try (Guard guard = new Guard(silent, AllowedPlaces.NONE)) {
            assertThatThrownBy(() ->
                            guard.judge("acc", MediaUrl.parse("http://h.test/"), new Deadline(Duration.ofMillis(50))))
                    .isInstanceOf(MediaRefused.class)
                    .hasMessageContaining("within 50 ms");
        } finally {
            end.countDown();
        }
    }
}
