// How the first row of a CSV file is taken.
#include "formats/csv_columns.h"

#include <gtest/gtest.h>

namespace lenet {
namespace {

TEST(CsvSeparator, IsTheOneThatTheLineHasMostOf) {
  EXPECT_EQ(csv_separator("1;2;3,5"), ';');
  EXPECT_EQ(csv_separator("1\t2"), '\t');
  EXPECT_EQ(csv_separator("1"), ',');
}

TEST(CsvNumber, IsWholeWhateverItsForm) {
  EXPECT_EQ(whole_number_in("7"), 7);
  EXPECT_EQ(whole_number_in("7.0"), 7);
  EXPECT_EQ(whole_number_in("-1"), -1);
  for (const char* field : {"", "7.5", "x", "7x", "nan", "inf", "1e300", "0x7", "+7", "7 "}) {
    EXPECT_FALSE(whole_number_in(field)) << field;
  }
}

TEST(CsvColumns, OfARowOfNumbersHaveTheLabelFirst) {
  const CsvColumns columns = csv_columns({"0", "1", "2", "4", "3"});
  EXPECT_FALSE(columns.header);
  EXPECT_EQ(columns.label, 0U);
  EXPECT_FALSE(csv_columns({"0", "1", "2", "3", "4"}).header);  // as short as an image's row may be
}

TEST(CsvColumns, ThatCountAreAHeader) {
  EXPECT_TRUE(csv_columns({"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}).header);
  EXPECT_TRUE(csv_columns({"", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}).index);
}

TEST(CsvColumns, WithoutALabelHaveNone) {
  const CsvColumns columns = csv_columns({"id", "pixel0", "pixel1"});
  EXPECT_TRUE(columns.header);
  EXPECT_FALSE(columns.label);
}

}  // namespace
}  // namespace lenet
