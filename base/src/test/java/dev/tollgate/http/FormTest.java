package dev.tollgate.http;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Asked;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kinds of bodies that a route takes, and how strictly a form is read. */
class FormTest {

    private static final String FORM = "application/x-www-form-urlencoded";

    /** Answers with a line for each field. */
    private static final Handler<Object> READER = (exchange, caller) -> exchange.read(
            new FormReader(), form -> exchange.json(200, lines(form).getBytes(StandardCharsets.UTF_8)));

    private static final Handler<Object> ECHO =
            (exchange, caller) -> exchange.read(body -> body, body -> exchange.json(200, body));

    private static final List<Route<?>> ROUTES = List.of(
            Route.post("/form", Gate.PUBLIC, READER).taking(BodyKind.FORM),
            Route.post("/json", Gate.PUBLIC, ECHO),
            Route.post("/both", Gate.PUBLIC, ECHO).taking(BodyKind.JSON, BodyKind.FORM),
            Route.post("/none", Gate.PUBLIC, ECHO).taking());

    private static String lines(Form form) {
        return form.fields().entrySet().stream()
                .map(field -> field.getKey() + "=" + field.getValue())
                .collect(Collectors.joining("\n"));
    }

    /** @param type the body's type, null for none */
    private static Asked.Answer post(String path, String body, @Nullable String type) {
        Asked asked = Asked.post(path, body.getBytes(StandardCharsets.UTF_8));
        return (type == null ? asked : asked.header("content-type", type)).at(ROUTES);
    }

    private static Asked.Answer form(String body) {
        return post("/form", body, FORM);
    }

    // ---- which kinds ----

    @Test
    void a_route_takes_the_kinds_of_bodies_that_it_names() {
        assertThat(post("/form", "a=1", FORM).text()).isEqualTo("a=1");
        assertThat(post("/form", "a=1", FORM + "; charset=UTF-8").text()).isEqualTo("a=1");
        assertThat(post("/both", "a=1", FORM).text()).isEqualTo("a=1");
        assertThat(post("/both", "{}", "application/json").text()).isEqualTo("{}");
        assertThat(post("/both", "{}", null).text()).as("no type").isEqualTo("{}");
        assertThat(post("/json", "{}", "Application/JSON ; charset=utf-8").text())
                .isEqualTo("{}");
        assertThat(post("/json", "{}", "application/problem+json").text()).isEqualTo("{}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/json | text/plain; a=b | text/plain; a=b | application/json",
                "/json | application/x-www-form-urlencoded | application/x-www-form-urlencoded | application/json",
                "/form | application/json | application/json | application/x-www-form-urlencoded",
                "/form | multipart/form-data; boundary=x | multipart/form-data; boundary=x | application/x-www-form-urlencoded",
                "/both | text/xml | text/xml | application/json or application/x-www-form-urlencoded",
            })
    void a_body_of_another_kind_is_a_415_that_says_what_came_and_what_is_taken(
            String path, String type, String shown, String taken) {
        Asked.Answer answer = post(path, "{}", type);

        assertThat(answer.status()).isEqualTo(415);
        assertThat(answer.text())
                .contains("\"code\":\"invalid_request\"")
                .contains("The Content-Type '" + shown + "' is not taken here: it must be " + taken + ".");
        assertThat(answer.header("accept")).isEqualTo(taken.replace(" or ", ", "));
    }

    @Test
    void a_form_has_to_say_that_it_is_one() {
        Asked.Answer answer = post("/form", "a=1", null);

        assertThat(answer.status()).isEqualTo(415);
        assertThat(answer.text())
                .contains("The Content-Type is missing: it must be application/x-www-form-urlencoded.");
    }

    @Test
    void a_route_that_takes_no_body_throws_it_away() {
        assertThat(post("/none", "a=1", FORM).text()).isEmpty();
        assertThat(post("/none", "a=1", "text/plain").text()).isEmpty();
    }

    // ---- what a form says ----

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a=1&b=2 | a=1,b=2",
                "name=J%C3%BCrgen+M%c3%b6ller | name=Jürgen Möller",
                "raw=ü | raw=ü",
                "a=b=c | a=b=c",
                "a%3Db=%26%25%2B | a=b=&%+",
                "flag | flag=",
                "empty= | empty=",
                "&a=1&&b=2& | a=1,b=2",
                "text=one%0D%0Atwo%09three | 'text=one\r\ntwo\tthree'",
            })
    void a_form_is_read_as_browsers_write_it(String body, String expected) {
        assertThat(form(body).text()).isEqualTo(expected.replace(",", "\n"));
    }

    @Test
    void an_empty_form_has_no_fields() {
        assertThat(form("&").text()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a=%4 | The form's field 'a' has a '%' without two hexadecimal digits behind it.",
                "a=% | The form's field 'a' has a '%' without two hexadecimal digits behind it.",
                "a=%zz&b=1 | The form's field 'a' has a '%' without two hexadecimal digits behind it.",
                "a%+1=1 | A name in the form has a '%' without two hexadecimal digits behind it.",
                "a=%C3 | The form's field 'a' is not valid UTF-8.",
                "a=%ED%A0%80 | The form's field 'a' is not valid UTF-8.",
                "a=%C0%AF | The form's field 'a' is not valid UTF-8.",
                "a=%00 | The form's field 'a' has a control character, U+0000.",
                "a%1B=1 | A name in the form has a control character, U+001B.",
                "=1 | A field of the form has no name.",
                "a=1&a=1 | The form's field 'a' came twice; it may come once.",
                "a=1&%61=2 | The form's field 'a' came twice; it may come once.",
            })
    void a_form_that_could_be_read_in_two_ways_is_refused(String body, String message) {
        Asked.Answer answer = form(body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("\"code\":\"invalid_request\"").contains(message);
    }

    // ---- how much ----

    @Test
    void a_form_has_limits_and_is_taken_up_to_them() {
        String most = IntStream.range(0, FormReader.FIELDS_MAX)
                .mapToObj(i -> "f" + i + "=1")
                .collect(Collectors.joining("&"));
        assertThat(form(most).status()).isEqualTo(200);
        assertThat(form(most + "&more=1").text()).contains("The form has more than 64 fields.");

        String name = "n".repeat(FormReader.NAME_BYTES_MAX);
        assertThat(form(name + "=1").status()).isEqualTo(200);
        assertThat(form("n" + name + "=1").text()).contains("A name in the form has 65 bytes; at most 64 are allowed.");

        String value = "%c3%bc".repeat(FormReader.VALUE_BYTES_MAX / 2);
        assertThat(form("v=" + value).status()).isEqualTo(200);
        assertThat(form("v=" + value + "v").text())
                .contains("The form's field 'v' has 16385 bytes; at most 16384 are allowed.");
    }

    @Test
    void a_form_that_is_too_large_is_refused() {
        byte[] body = "a".repeat(65_537).getBytes(StandardCharsets.UTF_8);
        for (Asked asked : List.of(Asked.post("/form", body), Asked.chunked("/form", body))) {
            Asked.Answer answer = asked.header("content-type", FORM).at(ROUTES);

            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.text()).contains("The request body is too large: at most 65536 bytes are allowed.");
        }
    }

    @Test
    void a_compressed_form_is_refused() {
        Asked.Answer answer = Asked.post("/form", "a=1".getBytes(StandardCharsets.UTF_8))
                .header("content-type", FORM)
                .header("content-encoding", "gzip")
                .at(ROUTES);

        assertThat(answer.status()).isEqualTo(415);
        assertThat(answer.text()).contains("A compressed body is not taken here");
    }
}
