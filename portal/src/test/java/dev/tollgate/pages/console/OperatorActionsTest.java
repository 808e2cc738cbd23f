package dev.tollgate.pages.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.base.fields.Field;
import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.operator.admin.actions.OperatorActions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class OperatorActionsTest {

    /** A request of the manual: method, path, and the names of fields, of which those that may be missing end in a question mark. */
    private static final Pattern REQUEST = Pattern.compile("`(POST|PUT|PATCH|DELETE) (/admin/[^ `]+)(?: \\{(.*?)})?`");

    @Test
    void the_manual_names_each_action_with_its_fields() throws IOException {
        Map<String, List<String>> described = described();
        for (OperatorAction<?, ?> action : OperatorActions.ALL) {
            if (!action.isLocal()) {
                assertThat(described.get(action.method() + " " + action.path().replace("...}", "}")))
                        .as(action.name())
                        .containsExactlyInAnyOrderElementsOf(action.fields().stream()
                                .filter(field -> !field.isFixed())
                                .map(Field::name)
                                .toList());
            }
        }
    }

    private static Map<String, List<String>> described() throws IOException {
        Map<String, List<String>> described = new HashMap<>();
        for (String line : Files.readAllLines(Path.of("docs/admin-api.md"))) {
            // The second request of a path stands as an ellipsis.
            String whole = line.replaceAll("`GET (/admin/[^ `?]+)`, `POST …", "`POST $1");
            Matcher request = REQUEST.matcher(whole);
            while (request.find()) {
                String names = request.group(3) == null ? "" : request.group(3).replaceAll(": \\{[^}]*}?", "");
                described.put(
                        request.group(1) + " " + request.group(2),
                        Arrays.stream(names.replaceAll("[?\\s]", "").split(","))
                                .filter(name -> !name.isEmpty())
                                .toList());
            }
        }
        return described;
    }
}
