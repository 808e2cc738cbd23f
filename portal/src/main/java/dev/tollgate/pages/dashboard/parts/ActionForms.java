package dev.tollgate.pages.dashboard.parts;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Mistake;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.fields.Body;
import dev.tollgate.base.fields.Field;
import dev.tollgate.customers.actions.Action;
import dev.tollgate.customers.actions.ActionRequest;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.http.Form;
import dev.tollgate.keys.Scope;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Visitor;
import dev.tollgate.pages.words.TypedNumber;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The forms of a page: the button {@code deed} names an action, and the form's fields are the action's. Thread-safe; blocks.
 *
 * @param actions that the page offers
 */
public record ActionForms<S>(S stores, List<Action<S, ?>> actions) {

    private static final String DEED = "deed";

    /** Instead of a field: the whole form. */
    private static final String WHOLE = "form";

    /** The names of check boxes that the form shows: a box that is not checked does not come. */
    public static final String BOXES = "boxes";

    /** The statuses of refusals that are shown with the form. */
    private static final Set<Integer> SHOWN = Set.of(400, 403, 404, 409, 412);

    public ActionForms {
        actions = List.copyOf(actions);
    }

    @SafeVarargs
    public static <S> ActionForms<S> of(S stores, Action<S, ?>... actions) {
        return new ActionForms<>(stores, List.of(actions));
    }

    /** The result of a form. */
    public record Done(Action<?, ?> action, Object value) {

        public boolean is(Action<?, ?> other) {
            return action.name().equals(other.name());
        }
    }

    /**
     * Does what a form asks for.
     *
     * @param path parameters of the actions' paths; others come from fields of the form
     * @param again draws the page with sentences by field, {@code form} for one of the whole form
     * @param then leads on
     */
    public PageStep take(
            PageRequest<Visitor.Member> request,
            Form form,
            Map<String, String> path,
            Function<Map<String, String>, PageStep.Drawing> again,
            Function<Done, PageStep> then) {
        Action<S, ?> action = actions.stream()
                .filter(each -> each.name().equals(form.text(DEED)))
                .findFirst()
                .orElse(null);
        if (action == null) {
            return PageStep.to(request.path());
        }
        Membership by = Objects.requireNonNull(request.visitor().person().membership());
        if (!mayAsk(by, Objects.requireNonNull(action.right()), path)) {
            throw ApiError.of(
                            ErrorCode.INVALID_REQUEST,
                            sentence("Your role in this organization does not include this."))
                    .withStatus(403)
                    .asException();
        }
        Body body = Body.of(typed(form, action.fields()), action.fields());
        Map<String, String> errors = wrong(body, action.fields());
        if (!errors.isEmpty()) {
            return PageStep.again(again.apply(errors));
        }
        return switch (run(action, request, form, path, body)) {
            case Outcome.Done<?>(Object value) -> then.apply(new Done(action, value));
            case Outcome.Refused<?>(ApiError why) ->
                new PageStep.Show(why.status() == 403 ? 403 : 422, again.apply(said(action.fields(), why)));
        };
    }

    /** A part of a right lets a form in where no team is named; which part, the action or its store checks. */
    private static boolean mayAsk(Membership by, Right right, Map<String, String> path) {
        String team = path.get("team");
        return team == null ? right.isPartly(by) : by.mayIn(right, team);
    }

    private Outcome<?> run(
            Action<S, ?> action, PageRequest<Visitor.Member> request, Form form, Map<String, String> path, Body body) {
        try {
            ActionRequest asked = new ActionRequest(
                    PageRequest.acting(request),
                    Set.of(Scope.values()),
                    name -> path.getOrDefault(name, form.text(name)),
                    name -> null,
                    body,
                    request.exchange());
            return action.does().run(stores, asked);
        } catch (ApiException e) {
            if (!SHOWN.contains(e.error().status())) {
                throw e;
            }
            return new Outcome.Refused<>(e.error());
        }
    }

    /** Returns the sentences about the whole form, and about fields that stand nowhere on the page. @param shown fields that show theirs */
    public static List<String> others(Map<String, String> errors, String... shown) {
        Map<String, String> others = new LinkedHashMap<>(errors);
        others.keySet().removeAll(List.of(shown));
        return List.copyOf(others.values());
    }

    /** Reads a field of a form; null only if that is allowed. @throws IllegalArgumentException with a sentence about what was refused */
    public static <T> @Nullable T get(Form form, Field<T> field) {
        return read(form, List.of(field), body -> body.get(field));
    }

    /** Reads a field that a form has to have. @throws IllegalArgumentException as {@link #get} */
    public static <T> T need(Form form, Field<T> field) {
        return read(form, List.of(field), body -> body.need(field));
    }

    /** Reads some fields of a form. @throws IllegalArgumentException with a sentence about what was refused */
    public static <T extends @Nullable Object> T read(Form form, List<Field<?>> fields, Function<Body, T> reader) {
        try {
            return reader.apply(Body.of(typed(form, fields), fields));
        } catch (ApiException e) {
            throw new IllegalArgumentException(complaint(fields, e.error()), e);
        }
    }

    /** Returns a refusal in a sentence, with the label of the field that is wrong. */
    public static String complaint(List<Field<?>> fields, ApiError why) {
        return said(fields, why).values().iterator().next();
    }

    /** Returns the name of the field that is wrong; empty where none is alone. */
    public static String place(List<Field<?>> fields, ApiError why) {
        String name = said(fields, why).keySet().iterator().next();
        return name.equals(WHOLE) ? "" : name;
    }

    /** Returns the members for the texts of a form. @throws ApiException with the field whose input cannot be read */
    public static ObjectNode typed(Form form, List<Field<?>> fields) {
        ObjectNode typed = JsonNodeFactory.instance.objectNode();
        List<String> boxes = List.of(form.text(BOXES).split(" "));
        for (Field<?> field : fields) {
            String text = form.field(field.name());
            JsonNode parts = field.members().isEmpty() ? parts(form, field.name() + ".") : typed(form, field.members());
            if (!parts.isEmpty()) {
                typed.set(field.name(), parts);
            } else if (text != null || boxes.contains(field.name())) {
                typed.set(field.name(), typed(field, text == null ? "" : text));
            }
        }
        return typed;
    }

    /** Full-width digits are a number where a number is read, and stay as they are in a text. */
    private static JsonNode typed(Field<?> field, String text) {
        try {
            JsonNode ascii = field.inForm(TypedNumber.ascii(text));
            return ascii.isNumber() ? ascii : field.inForm(text);
        } catch (Mistake e) {
            throw ApiError.invalid(field.name(), Mistake.of(e)).asException();
        }
    }

    /** Returns the fields of a form below a name: a list of the checked boxes, or an object of what was chosen. */
    private static JsonNode parts(Form form, String begin) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        form.fields().forEach((name, value) -> {
            if (name.startsWith(begin) && value.equals("on")) {
                list.add(name.substring(begin.length()));
            } else if (name.startsWith(begin) && !value.isEmpty()) {
                object.put(name.substring(begin.length()), value);
            }
        });
        return list.isEmpty() ? object : list;
    }

    /** Returns a sentence for each field that has a wrong value. */
    private static Map<String, String> wrong(Body body, List<Field<?>> fields) {
        Map<String, String> errors = new LinkedHashMap<>();
        for (Field<?> field : fields) {
            try {
                if (body.get(field) instanceof Body inner) {
                    errors.putAll(wrong(inner, field.members()));
                }
            } catch (ApiException e) {
                errors.put(field.name(), said(field, e.error()));
            }
        }
        return errors;
    }

    private static Map<String, String> said(List<Field<?>> fields, ApiError why) {
        String param = String.valueOf(why.param()) + ".";
        return fields.stream()
                .flatMap(field -> field.members().stream()
                        .filter(member -> param.startsWith(field.name() + "." + member.name() + "."))
                        .findFirst()
                        .or(() -> Optional.of(field).filter(it -> param.startsWith(it.name() + ".")))
                        .stream())
                .findFirst()
                .map(field -> Map.of(field.name(), said(field, why)))
                .orElseGet(() -> Map.of(WHOLE, why.forPeople().said()));
    }

    /** Returns the sentence about a field, or about a named part of it. */
    private static String said(Field<?> field, ApiError why) {
        String part = String.valueOf(why.param()).replaceFirst("^(.*\\.)?" + field.name() + "\\.?([0-9]+$)?", "");
        return why.forPeople(part.isEmpty() ? field.label() : sentence("{field} '{part}'", field.label(), part))
                .said();
    }
}
