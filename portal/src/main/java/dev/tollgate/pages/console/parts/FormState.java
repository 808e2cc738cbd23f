package dev.tollgate.pages.console.parts;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.Mistake;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.http.Form;
import dev.tollgate.operator.admin.actions.OperatorActions;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A form of a page with its typed values, which return with an error, and after the request for the password.
 *
 * @param deed of the form that was touched; empty for none
 * @param error what is wrong with it; null where nothing is
 * @param field that is wrong; empty where none is alone
 */
public record FormState(
        String deed, Map<String, String> typed, @Nullable String error, String field) {

    public static final FormState NONE = new FormState("", Map.of(), null, "");

    public FormState {
        typed = Map.copyOf(typed);
    }

    public static FormState wrong(Form form, String error) {
        return wrong(form, error, "");
    }

    /** Returns a form that was refused for a field. @param field empty for none */
    public static FormState wrong(Form form, String error, String field) {
        return new FormState(text(form, DeedForms.DEED), form.fields(), error, field);
    }

    /** Returns a form that was refused, with the refusal in a sentence for people. */
    public static FormState wrong(Form form, RuntimeException refused) {
        return wrong(form, complaint(refused));
    }

    /** Returns a refusal for people. */
    static String complaint(RuntimeException refused) {
        return switch (refused) {
            case ApiException answer -> answer.error().forPeople().said();
            case IllegalArgumentException mistake -> Mistake.of(mistake).said();
            default -> String.valueOf(refused.getMessage());
        };
    }

    /** @param typed into the form before the password page */
    public static FormState kept(Map<String, String> typed) {
        return typed.isEmpty() ? NONE : new FormState(typed.getOrDefault(DeedForms.DEED, ""), typed, null, "");
    }

    public static String text(Form form, String field) {
        String value = form.field(field);
        return value == null ? "" : value.strip();
    }

    public String value(String form, String field) {
        return value(form, field, "");
    }

    /** Returns the typed value of a field, or its default. */
    public String value(String form, String field, String otherwise) {
        return form.equals(deed) ? typed.getOrDefault(field, otherwise) : otherwise;
    }

    /** Returns whether a box is checked, as it was typed or by default: a box that is not checked does not come. @param otherwise {@code true} if it is by default */
    public boolean isChecked(String form, String field, String otherwise) {
        return form.equals(deed) ? typed.containsKey(field) : otherwise.equals("true");
    }

    public @Nullable String error(String form) {
        return form.equals(deed) ? error : null;
    }

    /** Returns what is wrong with a field; null where nothing is. */
    public @Nullable String error(String form, String name) {
        return name.equals(field) ? error(form) : null;
    }

    public boolean isTouched(String form) {
        return form.equals(deed);
    }

    /** Returns the input of a field. @param form as forms name their action @param name of a field of the action, or of a member of one */
    public static FieldInput input(String form, String name) {
        OperatorActions.Asked asked = OperatorActions.asked(form);
        Field<?> field = asked == null ? null : asked.action().input(name);
        if (field == null) {
            throw new IllegalArgumentException(form + " takes no " + name);
        }
        return new FieldInput(field);
    }

    /** The input of a field, as a form draws it. */
    public record FieldInput(Field<?> field) {

        private static final String LINES = "textarea";

        public String label() {
            return field.inputLabel().said();
        }

        public @Nullable String hint() {
            Sentence hint = field.input().hint();
            return hint == null ? null : hint.said();
        }

        public boolean isRequired() {
            return field.schema().isRequired();
        }

        public boolean isBox() {
            return field.schema().types().equals(List.of("boolean"));
        }

        public boolean isLines() {
            return field.input().type().equals(LINES);
        }

        /** Returns the type of the element; null for a text. */
        public @Nullable String type() {
            return field.input().type().isEmpty() ? null : field.input().type();
        }

        /** Returns the keyboard of a phone; null for the usual one, which has a minus. */
        public @Nullable String mode() {
            Map<String, Object> keywords = field.schema().keywords();
            String first = field.schema().types().isEmpty() || type() != null
                    ? ""
                    : field.schema().types().getFirst();
            return switch (first) {
                case "integer" -> field.input().typed() == null ? "numeric" : "decimal"; // typed in a larger unit
                case "number" -> keywords.get("minimum") instanceof Long least && least < 0 ? null : "decimal";
                default -> "email".equals(keywords.get("format")) ? "email" : null;
            };
        }

        /** Returns the words of a choice; empty for no choice. */
        public List<? extends Field.Choice<?>> choices() {
            return field.choices();
        }
    }
}
