package dev.tollgate.protocols.googleapi;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import org.junit.jupiter.api.Test;

class GenerateErrorsTest {

    @Test
    void a_prompt_too_long_says_so_even_without_numbers() {
        ApiError untold = ApiError.of(
                ErrorCode.CONTEXT_LENGTH_EXCEEDED, "Your request is longer than this model's maximum context length.");
        assertThat(GenerateErrors.tree(untold).path("error").path("message").asString())
                .isEqualTo(
                        "The input is too long: the input token count exceeds the maximum number of tokens allowed.");
    }
}
