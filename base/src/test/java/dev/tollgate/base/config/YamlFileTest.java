package dev.tollgate.base.config;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class YamlFileTest {

    @Test
    void every_value_knows_its_line_and_its_path() throws IOException {
        YamlNode file = read("# comment\na:\n  b:\n    - 1\n    - x: 2.50\n");
        YamlNode x = file.need("a").need("b").items().get(1).need("x");
        assertThat(x.place()).isEqualTo("f.yaml:5");
        assertThat(x.path()).isEqualTo("a.b[1].x");
        assertThat(x.text()).isEqualTo("2.50");
    }

    @Test
    void scalars_are_kept_as_they_are_written() throws IOException {
        YamlNode file = read("a: 0.1000000000000000055\nb: 007\nc: true\nd: \"5\"\ne: ~\nf:\n");
        assertThat(file.need("a").text()).isEqualTo("0.1000000000000000055");
        assertThat(file.need("b").text()).isEqualTo("007");
        assertThat(file.need("c").bool()).isTrue();
        assertThat(file.need("d").text()).isEqualTo("5");
        assertThat(file.find("e")).isNull();
        assertThat(file.find("f")).isNull();
    }

    @Test
    void an_empty_file_is_an_empty_mapping() throws IOException {
        assertThat(read("").fields()).isEmpty();
        assertThat(read("# only words\n").fields()).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "a: 1\\na: 2\\n | f.yaml:2: a is given a second time.",
                "a: &x 1\\nb: *x\\n | f.yaml:2: b is an alias (*), which is not supported here.",
                "a: 1\\n---\\nb: 2\\n | only one document is allowed.",
                "a: [1\\nb: 2\\n | f.yaml:",
                "a: {{{{{{{{{{{{{{{{{{1}}}}}}}}}}}}}}}}}} | f.yaml:1:",
            })
    void what_cannot_be_meant_is_refused_with_its_line(String yaml, String complaint) {
        assertThatThrownBy(() -> read(yaml.replace("\\n", "\n")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(complaint);
    }

    @Test
    void invalid_yaml_is_reported_with_its_line_without_its_text() {
        assertThatThrownBy(() -> read("a: 1\nhttp:\n\ttrusted-hops: secret\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "f.yaml:3: this is not YAML that can be read: while scanning for the next token, found character"
                                + " 'a tab' that cannot start any token. (Do not use a tab for indentation).");
    }

    @Test
    void a_file_without_end_is_refused() {
        assertThatThrownBy(() -> read("a".repeat((1 << 20) + 1)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("longer than 1048576 bytes");
    }

    @Test
    void bytes_that_are_no_text_are_refused() {
        assertThatThrownBy(() -> YamlFile.read("f.yaml", new ByteArrayInputStream(new byte[] {'a', ':', (byte) 0xff})))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("not UTF-8");
    }

    @Test
    void a_long_value_is_shown_in_part() throws IOException {
        YamlNode node = read("a: " + "x".repeat(500)).need("a");
        assertThat(node.wrong("less").getMessage()).hasSizeLessThan(120).contains("xxx...'");
    }

    private static YamlNode read(String yaml) throws IOException {
        return YamlFile.read("f.yaml", new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)));
    }
}
