package dev.tollgate.pages.console;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.operator.admin.actions.OperatorActions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The forms of the console, as their templates write them. */
class ConsoleFormsTest {

    private static final Path TEMPLATES = Path.of("portal/src/main/jte/console");

    /** The password again, which carries out another form, and a warning that one person dismisses for a week: no row of the audit log. */
    private static final Set<String> OTHERS = Set.of("prove.jte", "overview.jte");

    /** The template of forms writes the action that it is given. */
    private static final String FRAME = "form.jte";

    private static final Pattern FORM = Pattern.compile("(?s)<form[^>]* method=\"post\".*?</form>");
    private static final Pattern DEED = Pattern.compile("name=\"deed\" value=\"([^\"]*)\"");
    private static final Pattern IN_ROWS = Pattern.compile("Cell\\.form\\([^\\n]*?\\.button\\(\"([a-z_.]+)\"");
    private static final Pattern FRAMED = Pattern.compile("@template\\.console\\.form\\((?:.*?deed = \"([^\"]*)\")?.*");

    /** A form: its template, and the actions that it names. */
    private record Form(String template, List<String> deeds) {}

    private static List<Form> forms() throws IOException {
        List<Form> forms = new ArrayList<>();
        try (Stream<Path> files = Files.list(TEMPLATES)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                String text = Files.readString(file);
                if (!name.equals(FRAME) && !OTHERS.contains(name)) {
                    FORM.matcher(text).results().forEach(form -> forms.add(new Form(name, deeds(form.group()))));
                    IN_ROWS.matcher(text).results().forEach(form -> forms.add(new Form(name, List.of(form.group(1)))));
                    Matcher framed = FRAMED.matcher(text);
                    while (framed.find()) {
                        forms.add(new Form(name, framed.group(1) == null ? List.of() : List.of(framed.group(1))));
                    }
                }
            }
        }
        return forms;
    }

    private static List<String> deeds(String form) {
        return DEED.matcher(form).results().map(found -> found.group(1)).toList();
    }

    @Test
    void each_form_of_the_console_names_an_action() throws IOException {
        List<Form> forms = forms();
        assertThat(forms).hasSizeGreaterThan(30);
        assertThat(forms)
                .allSatisfy(form -> assertThat(form.deeds()).as(form.template()).isNotEmpty())
                .allSatisfy(form -> assertThat(form.deeds())
                        .as(form.template())
                        .allMatch(deed -> OperatorActions.asked(deed) != null));
    }

    @Test
    void each_button_of_an_action_is_on_a_page() throws IOException {
        Set<String> drawn =
                forms().stream().flatMap(form -> form.deeds().stream()).collect(Collectors.toCollection(TreeSet::new));
        assertThat(Stream.concat(OperatorActions.ALL.stream(), OperatorActions.OF_FORMS.stream())
                        .flatMap(action -> action.buttons().stream())
                        .map(OperatorAction.Button::deed))
                .containsExactlyInAnyOrderElementsOf(drawn);
    }

    /** The form of a price shows the rates side by side, and the names of a new group and of a new plan only lead to its page. */
    @Test
    void the_inputs_of_forms_are_those_of_their_fields() throws IOException {
        Set<String> byHand = new TreeSet<>();
        try (Stream<Path> files = Files.list(TEMPLATES)) {
            for (Path file : files.toList()) {
                if (Files.readString(file).contains("@template.console.input(")) {
                    byHand.add(file.getFileName().toString());
                }
            }
        }
        assertThat(byHand).containsExactly("field.jte", "new-group.jte", "plans.jte", "price.jte");
    }

    @Test
    void an_action_has_no_route_if_forms_alone_ask_for_it() {
        assertThat(OperatorActions.OF_FORMS).allMatch(action -> action.path().isEmpty());
        assertThat(OperatorActions.ALL).noneMatch(action -> action.path().isEmpty());
    }
}
