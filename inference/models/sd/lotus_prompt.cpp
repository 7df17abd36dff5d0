#include "inference/models/sd/lotus_prompt.hpp"

#include "base/base64.hpp"

#include <cstring>
#include <string>
#include <string_view>

namespace easel::inference::sd {
namespace {

// float16, little endian, as base64.
constexpr std::string_view states =
    "BLUptzigTLO3MX+zAbOQoAa1SjInqyC2Lq6EH420yCyErcKyrCvYLn8SP7oftu2xgLD+rd6v3rCGsoWzzbPzrsGtsS2nsyix2bZHsG60s7Estgg0"
    "K6uQrFiVSSg6tJcspqB7smy0Ua5St2Szoxzotd+1krLRsDq3l7JRJOO00rDgJuC43qR1KlKg9rTmsdywTyzQMP2uqK0LuD22iae3rv6x6rZAtT68"
    "FCIOKhiuxaywtPyuAbQgtoCxWqj0sPWxrbO+LiSzL7IEsuO23qqYty+05q4Ht70t7rFptcG0x7Sesfm1ebArtCO2Y64dtWis/LbisUu2qpgxLyu0"
    "LbM0she4Higlqne0xLQXtGQvF8RXsXO0krhvsNKzorbQs1ashrBrr5uwv6T7wPWwYbMgtoKvSa2BsTW1r7Q4rZm2/LRDoAIdKLPWsFG3UrA6sT6t"
    "SCxbJZ+vo67MtKm3Fa3Fo9S0gbUjtCq3SbaLpsy07y5ZtMq1GLSVshmrvytSt2+zj7F+tlGzy6pDpxOy0IJGuX+xrbd7sIa28DBaGsYeo7Llt1hA"
    "QreLtNW0BrSisuGw17lArc8qTLTfMVO03K1TrSewQ7dmLN0mTLG8tviwWKvPtNCpx7cPsz62qx91nT+uo7AEs9+2arY0siCs16fdqUWrpC+jsrO1"
    "YrGrtKO0krK3tqe3hbLltfax2Lafsc0s3bO6qBgcwsVjoWGzNbNSsgOxV7Ehtu6qzS/rtbmkzrAXuFq3/7C9K5EpY7BsrJO0HreZswOz9bacqCgw"
    "kyUZuFSwAa5ttICxfLEct/myUbQutg61xrZ7tBe0dLEDLAOy8J6Ms6GtJbOBsb+3Q7X6KWCpHa/sJcmazrjLLQiyNbQDtjS4fq8MtsazuLZCLH21"
    "QyyLtV2wZ7IktjYnnSlhpKO34K4isB21JrXst2yhsbFwtjCtPihksA61LapltGqs8qYarrIwMLaApsa2rrYTtlWyRLhetXIsK7UBstYg4zERtNC0"
    "6K2qresvzTDHr8a0Bim1sCexj7JgpOiz37AitPUu17Sbs8O1GLcGrRe5Rq5RtZmx8LRNsgG0J7fksROfi7IUtOi1QK8Qr3K0NbUTI7Uoq7CKtW6z"
    "NKsstwCzeq1rtPGwJrMntIotyZtxteCsDrQvkr2ro7WTKPuya7N3scYk/C1Oskkog6ikKZWyPamCq0gro63xrh8u+K5RtSqvZK+DSicaS7jxsVys"
    "mrCysTq1qLUBsSC1ZiCurtm127R+tZO22qhPr7S0xCz8sjcmPrOotbCxarHBs8GvBa11tceyDLhcuEy25a6Tsl6wwLFXtk+yebkvqPKoiqxwrv6w"
    "JLYdtRsvT7YeLQe4CLE7HN2vg7OqtJuulbTQJN6wI7XoJEivYbgUMR+0+LP8tECunbXStfCsW7PmtK2qva9ytkexSSUBtZmuB7idsWmyjrGOsgGy"
    "y6/wq3aobLLgsuKzv54xrnS3ZLYTsyOuCrDnraqw9rKhtIa0uLFqscC1/LKbqZKypLQYq8Wwc7XhqeK0F7iyrpm1965csUe01K9Oruy0p7EHtEky"
    "G7OFs5uombGWs6+3sLMbrvGzO7aYse+1dKG6sEObNrXKtHewgrRJroOklqvWrJexiLQtsQy36ynisamq5LMvr3SuNrHCtFi2jS+nnja1kbXiqSuu"
    "hbX5oYu1lLTosW20uKJTthO4Iq/1seiyzbEYK7W0KSyfsBOs5LGyoECx8bHELUom/6RwuNG0A7ecrNAnxbBCKpSz+bCipFqzrLSxtZG0n7FZram2"
    "ziWttpE2/rMAJE2oKakjuKSqqa15svy1k7Sisa+06LVbrbW1LrYxLFgxuLKdnyAwLJz1sm6mkbNtsQSqBqnKtRWqDLVptBq07avJr5K35677uTyw"
    "MLVmqpW0ny55sTm2FDBgtde0orOosBSxxbOMqKWvArVVL5u0WrjstIittbOJtNu2fK1jsRU04ywutnuyQ7Dtrv632C1MsuCk1rCDtRG1/qh5MEUw"
    "w6jEpFOwgawXtnK1a6wKM8oiFLEauRYxOrhts/Kx07L9tuW2pbFJksm2TayRtaCw5LTWtcK1ZrcjtxmyIq/eth6s3LXgtgWvzLSfsXy2Yq0JtBGq"
    "chxtrli07rEdspEuIyNKqG61RbVcKwyyrLHetka0tLbGsEC0XrKDsQExtLJJtBGs2bVxtfS0H7Wiram1w5AtsfmxcrLOsYWzKLYyuEki1LLutKCx"
    "3LQ9uP+wvbRXK+m15K5rtZiyeaVRtgazBrAeqcq2TrC9s7mu+DA2L5GwRrAcrwO2dLS3qBOv6TMMtIW4/7U5tdcyDa5ltWC1gLVmrji2SiHMMIiy"
    "UrY+tgewpzADtE+sz64lqL61VK6GsZAqQ7Lise61+zCAtZa0eKzXtH+0QLE+uGGwD7CmtbewSrfCtWG0M7MPsv0t8rNWsqS10rROs8Czzq1KM8C0"
    "BKG0tIqu5rJJtL2qgjKJsOwx5y86rlO447bOrVa4VLMArMev77eesp6m/yhDtxi10bbstfGyai3YqRkvGhWdMu+pe7O7tGkrP7Hcqiy0w7AgsVm4"
    "YbNnuLqxHrOOrN+voK8PtHC1P6/drpCyxbV0LQm027VQtGcyDbhOK/y0OCZosa+zBLbNsuQs07eFr3m4A7WUuHGwv6grtiQoTrZ+qq2u/a6atP61"
    "VqQLs8C0V6fSsqgqs6oPtKcs/7POsFuuf7URNCeovbSlPcIf3ba8LdUlfKhlvDYyO0AJuk804blpvG+qqrjhJtS40ritvAI0tLZquNq0Ljp0O42w"
    "jkCHuA48trtYuYC6fz0+vB68uL4IOeY3YDn7OxO8Bar9tYkz/T1Fvi83pzI+vICx9rglsQo6t7iRssgrajJPQsLDEkCCPEAxYb9eGWY6ZbWON664"
    "+jtMNuQ8Bb5BuZc87L57vx4+brnIvTo+PbX5Qa6wrsHbNL25Na7Bs2o5ZcDnuk+45byuPq28qbRhuKeoKjzovtq4O7GfMzU5rryvP4I4DjZkOha8"
    "jLaNQNi0Hb8vPOo9rDkqvvOQwTwVQHw4Pq8jPNYrXEFFuP+83rkSvAi8ST2et629Uzhgutm5pr2Xu4zAfbyJvRK4J7x9u6u4SLxsvDbB9yseNpW2"
    "6LXeu9a5zrGOt424Ea9ZwXI03LpwO9U/bzCsvx6+TzgUODu7EK4rwGI7krR4uvyt0LgGvTo5PzXdrESz0LQmuGu+Xz6qPVi7bbQRuq28+L44PD60"
    "PqhzNFq9CyvALkK8MjyfvX+8Hbg8vOi+iLzuNifBSMBZugM43D/jO2c1PbrXOje5wLdrQXc4trBuuAm68r6BPGK8JLT1QV01uTX9rbs0nLNNPqgu"
    "zT7Vud69cbIUOfuwBsA6NRMqWbFFuvS7PjqTsGCvQzixuxyslj2ePmi+MbprNMK26jpEOFs23LxINgS4arPmPas+dz8zvSozG7gBt6y8Lrq7Pvs4"
    "YUDMuD+5Z7w+t620KkGDvYQz1r6lvRC40rpDu+Q6csCGvdI52To9uhdA5bZPOty82K0eOLS/eLChNNc4gzvzrVK35LtNuew9YzRHtDW9c73uv+O6"
    "mra0tKS/uz7/NgM8BTZcoaG6HLhFwhU8DL0KvFk8qLtQIZI+SToePPM3Jz0wONAqnrJbuqu8Vyp6tBcm77lGvOM6tzxJO0O3Sr9iuwG4vzVsOm29"
    "KbVzvCi8N7gqvX212LwcsktAhqnstRfA4bZ9uFCxdLeWwFC8X7yern24Wqvyvxy4oTn4wDe9qb60N8u6ZcFWspAthrFOvcq89DwyttyslCbZvMct"
    "QsCQvuGwmDN8PX9A2T0ENQU4bbAVveI5Qznntl69dS6wMh6hqDpCPcO2XL7WuJQzbL7juD++hD5iuXW5LrhSu4G3SzSZNIqmGTd8Ply8crgkPAK1"
    "WaktNI41p8BOM8+6g8CUNSK04LVguna8WT9UsvK8vKmYOYQ9dDzyLQ45/bh4OJe0JT5Dtq+qhLxxOJC0xLWDOWk5ShrlPB0xO73/OwTB2byZMb+8"
    "8LyOrwK/Oyh+MzfCJ7zlOAG7DDVqvC80hrz6ufK2iD2atgm/IDr4HFYwKLo1sGg2vD2RLCIssrimuKS0N70fMGa0vTirQF24dLgoN3S62y2nube1"
    "Zrx2uBK3aDZUudm91DllvuYwDrCuwWC/57NsOf42mUKjPLq5mro4N8HAsbjxug4tUzA1tcA3qjwnseCwX7h0upE0UTEDuDG8TT4EKKszQrkHsD68"
    "Oz3TtPe8GjlHvqs1xTNHtvU4tbjcvreyoLpLNTwxO7M6Ljm3LD+yvlS+M8DNt/e6Aznivf2wYDdZPW8zOTFHOVM8qi4POTC1LLwwvH29yrohMGow"
    "9TBdvEskErWQPacsKDx3PEu3SKzhqgo4urrMvAc78Dl/MgQvy7have+5KLlOvbwyb72+vpG3U7TzO7O7gzxat06377sIw/G/5TljO3+4yL0owIk7"
    "Vr1KLts44TUIQou8Qb44O7WxxTETtRy48TxAqMs9CTxmO6suGjqFvWs0azhnPPm4dLo1OVM0bbWCuwGuxrmEPV+29LT3vbs7Ajf7OHclijMvvQck"
    "fLrlP+GzxDmUOgy6RLmDNcnBhbQDPbW0Zjl4um47HD3gvlCxljeatnm91Ls9ui68O7s9reW65a7LtOS2ireoO248WDsVOuo53a3qucY7VbYIukKx"
    "nK1QJ1u7WLn5QNg2BDmZN+4tpDqKuUY6I7v3wHgoYb2bt5W03LkaMt23L8IdvUi507BoKRq8FDDwv022AL2QvBw/3TNqujY6NbbctaE85C+RrKY9"
    "fLkowgkoo7lNOvE2cr9UvT1Aa71Guf29gDYowDy9byrPuAg8Piu/u8gmHjG5Opm8jKmDsmQ8kryItNm2Xzxnue24CUG7Onc/mDGHtoqnarSsu2uu"
    "/jwSrUq3Jjo5PoG/NrBvvVA6dzohvD+4wLAjv/28fDE6qm26+q3gO5o5Tjh5Mr+8WjiHPGU6OjUMvVM3ozyCtUM57jLEPGS0OqXpunE7OTyXOdSw"
    "SrXOOmkswDU1tP8vXiTruxY4tTPsOAi59TrBrNk6zzRKvG2+qLW/t9a4S7erO3g9XDh8OIY1NrmRtniyTbG0LMc6M78NvD2wqztcuVO6Y8DOtum+"
    "LLy8ORS3xrztOBe+CDmkuWw50rKzvlq8N7mJvKFApbVStArAE73xNH20hb1iviQ5xj6Zuga9lzhYPkY8BLvvNeI8yDjJH/gtnrtippW7y7Qymaw9"
    "a6xfvqg1RkMgunW83Dbzumq7/LJsvLA0OrNSOEq3f7lVulO8EjQzvei31bA/Psy2ybdGNxkqc69ZKyowe65/uOg9+75kPVC3/Dovqxq75LtDPvo3"
    "eDgJswE5YDQYuZq2Fb1CLFk9OTs3ugC+ab9CvfG6T7UXMZU7q7GOPlrAszjLNoy1JDmTN7c7jD1PuyU8Y7kBPg==";

}  // namespace

Tensor lotus_prompt() {
    const std::string bytes = decode_base64(states);
    const Tensor halves = at::empty({1, 2, 1024}, at::kHalf);
    std::memcpy(halves.mutable_data_ptr(), bytes.data(), bytes.size());
    return halves.to(at::kFloat);
}

}  // namespace easel::inference::sd
