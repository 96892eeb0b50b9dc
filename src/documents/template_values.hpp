#pragma once

// Inside of documents: the values of a template, and rendering with them.

#include <kainjow/mustache.hpp>
#include <optional>
#include <string>
#include <vector>

#include "documents/mail_template.hpp"

namespace reckoner::documents {

/// The fields, and those of the issuer, which all templates have.
std::vector<TemplateField> with_issuer(std::vector<TemplateField> fields);
void set_issuer(kainjow::mustache::data& values, const Issuer& issuer);

/// Nothing is set of an empty text.
void set_optional(kainjow::mustache::data& values, const std::string& name,
                  const std::string& value);
void set_date(kainjow::mustache::data& values, const std::string& name,
              const std::optional<time::Date>& date);

/// Of a template that check_template has passed.
MailText render_parts(std::string_view template_text, kainjow::mustache::data values);

std::vector<TemplateField> dunning_fields();
std::vector<TemplateField> dispute_fields();

}  // namespace reckoner::documents
