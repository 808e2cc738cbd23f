package dev.tollgate.keys;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AllowlistTest {

    @ParameterizedTest
    @CsvSource({
        "192.0.2.7,          192.0.2.7,              true",
        "192.0.2.7,          192.0.2.8,              false",
        "192.0.2.7,          ::ffff:192.0.2.7,       true",
        "192.0.2.7,          ::ffff:c000:207,        true",
        "::ffff:192.0.2.7,   192.0.2.7,              true",
        "10.0.0.0/8,         10.255.255.255,         true",
        "10.0.0.0/8,         11.0.0.0,               false",
        "10.1.2.3/8,         10.9.9.9,               true",
        "10.0.0.0/8,         ::ffff:10.0.0.1,        true",
        "::ffff:10.0.0.0/104, 10.200.0.1,            true",
        "::ffff:10.0.0.0/104, 11.0.0.1,              false",
        "0.0.0.0/0,          203.0.113.9,            true",
        "0.0.0.0/0,          2001:db8::1,            false",
        "::/0,               2001:db8::1,            true",
        "2001:db8::/32,      2001:db8:ffff::1,       true",
        "2001:db8::/32,      2001:DB8:0:0:0:0:0:1,   true",
        "2001:db8::/32,      2001:db9::1,            false",
        "::1,                ::1,                    true",
        "::1,                127.0.0.1,              false",
        "192.0.2.0/31,       192.0.2.1,              true",
        "192.0.2.0/32,       192.0.2.1,              false",
    })
    void an_address_is_admitted_exactly_if_an_entry_covers_it(String entry, String address, boolean admitted) {
        assertThat(Allowlist.of(List.of(entry)).allows(address)).isEqualTo(admitted);
        assertThat(Allowlist.of(List.of("198.51.100.1", entry)).allows(address)).isEqualTo(admitted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "10.*.0.1",
                "10.0.0.0/33",
                "10.0.0",
                "10",
                "0x0a.0.0.1",
                "1-2.0.0.1",
                "/8",
                "10.0.0.1/255.0.0.0",
                "2001:db8::/129",
                "example.com",
                "10.0.0.1:80",
                "fe80::1%eth0",
                "10.0.0.1 10.0.0.2",
                "1.2.3.4\n5.6.7.8",
                "2001:db8:::1"
            })
    void what_is_not_an_address_or_a_block_is_refused(String entry) {
        assertThatThrownBy(() -> Allowlist.of(List.of(entry))).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "*", "10.0.0.1:80", "10.0.0.0/8", "unix:/socket", "localhost"})
    void a_caller_whose_address_cannot_be_read_is_not_admitted(String address) {
        assertThat(Allowlist.of(List.of("10.0.0.0/8")).allows(address)).isFalse();
    }

    @Test
    void an_empty_list_admits_every_address() {
        assertThat(Allowlist.of(List.of()).allows("203.0.113.9")).isTrue();
        assertThat(Allowlist.EVERYBODY.allows("not an address")).isTrue();
    }

    @Test
    void there_is_a_limit_and_the_texts_are_kept() {
        List<String> ten = Collections.nCopies(10, "10.0.0.0/8");
        assertThat(Allowlist.of(ten).texts()).isEqualTo(ten);
        assertThatThrownBy(() -> Allowlist.of(Collections.nCopies(11, "10.0.0.0/8")))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
