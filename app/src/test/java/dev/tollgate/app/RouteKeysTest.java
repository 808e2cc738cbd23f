package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.http.Route;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.Scope;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Each kind of key calls each route of programs; the table in the documentation says what it may. */
@Order(19)
class RouteKeysTest {

    private static final String YES = "✓";
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    /** A row of the table. @param starts the beginnings of its routes, with or without a method @param cells of account, owned and management keys */
    private record Row(List<String> starts, List<String> cells) {

        /** Returns the length of the longest beginning that a route has; -1 if it has none. */
        int fits(Route<?> route) {
            boolean isCall = route.path().contains("}:");
            return starts.stream()
                    .filter(start -> !isCall || start.endsWith("/"))
                    .filter(start -> (route.method() + " " + route.path()).startsWith(start)
                            || route.path().startsWith(start))
                    .mapToInt(String::length)
                    .max()
                    .orElse(-1);
        }
    }

    private static final Map<Scope, String> MANAGEMENT = new EnumMap<>(Scope.class);
    private static Gateway gateway;
    private static Customer account;
    private static List<Customer> owned;

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
        account = gateway.customer("1");
        owned = List.of(owned("mem_1", ""), owned("mem_1", "team_1"), owned("", "team_1"));
        for (Scope scope : Scope.values()) {
            KeySettings settings =
                    KeySettings.named("m").withKind(KeyKind.MANAGEMENT).withScopes(Set.of(scope));
            MANAGEMENT.put(
                    scope,
                    gateway.commands().createKey(account.account(), settings).secret());
        }
    }

    private static Customer owned(String member, String team) {
        Customer customer = gateway.customer("1");
        gateway.own(customer.keyId(), member, team);
        return customer;
    }

    @AfterAll
    static void stop() {
        MANAGEMENT.clear();
        gateway.close();
    }

    private static List<Row> documented() {
        try {
            return Files.readAllLines(Path.of("docs/api.md")).stream()
                    .dropWhile(line -> !line.startsWith("| Path |"))
                    .takeWhile(line -> line.startsWith("|"))
                    .skip(2)
                    .map(line ->
                            Arrays.asList(line.substring(2, line.length() - 2).split(" \\| ")))
                    .map(cells -> new Row(
                            CODE.matcher(cells.getFirst())
                                    .results()
                                    .map(code -> code.group(1))
                                    .toList(),
                            cells.subList(1, 4)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the routes that take keys, except the organization's, whose scopes are in a table of their own, and of unknown methods of a model. */
    private static Stream<Route<?>> routes() {
        return gateway.app().routes().stream()
                .filter(route -> route.gate().name().matches(".*(API|management).* key.*"))
                .filter(route -> route.path().startsWith("/v1"))
                .filter(route -> !route.path().startsWith("/v1/organization"))
                .filter(route -> !route.path().endsWith("/models/{id...}")
                        || route.method().equals("GET"));
    }

    private static List<String> cells(Route<?> route) {
        Row row = documented().stream()
                .max(Comparator.comparingInt(each -> each.fits(route)))
                .orElseThrow();
        assertThat(row.fits(route)).as("a row for " + route.path()).isPositive();
        return row.cells();
    }

    @Test
    void each_key_gets_what_the_table_says_of_its_kind() {
        assertThat(documented()).hasSizeGreaterThan(4);
        assertThat(routes()).hasSizeGreaterThan(20).allSatisfy(route -> {
            List<String> cells = cells(route);
            assertAnswer(route, account.key(), cells.get(0));
            owned.forEach(customer -> assertAnswer(route, customer.key(), cells.get(1)));
            String wanted = cells.get(2).replace("`", "");
            MANAGEMENT.forEach((scope, key) ->
                    assertAnswer(route, key, wanted.equals(YES) || wanted.equals(scope.code()) ? YES : wanted));
        });
    }

    /** @param cell what the table says: yes, or why not */
    private static void assertAnswer(Route<?> route, String key, String cell) {
        Gateway.Reply reply = ask(route, key);
        String what = route.method() + " " + route.path() + ": " + reply.text();
        if (cell.equals(YES)) {
            boolean isNoFile = reply.text().contains("or it may not exist")
                    || reply.text().contains("(or permission denied)"); // Google's 403
            assertThat(isNoFile ? 404 : reply.status()).as(what).isNotIn(401, 403);
        } else {
            assertThat(reply.status()).as(what).isEqualTo(403);
            assertThat(reply.text()).contains(cell.equals("403") ? "key" : cell);
        }
    }

    private static Gateway.Reply ask(Route<?> route, String key) {
        String path = route.path().replaceAll("\\{[^}]*}", "nothing");
        return gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .method(
                        route.method(),
                        route.method().equals("GET")
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString("{}")));
    }
}
